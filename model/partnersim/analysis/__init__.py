"""What a study's runs say to those who decide: effects, packages, robustness, backfire, sensitivity."""
