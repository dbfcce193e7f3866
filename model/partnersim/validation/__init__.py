"""What runs say about the model: patterns against what is known of the world, three mechanisms, calibration."""
