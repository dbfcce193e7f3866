"""How runs are compared and kept: paired statistics, the results folder, the comparison of scenarios."""
