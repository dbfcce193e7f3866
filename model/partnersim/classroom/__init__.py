"""A class at work: its session, teams, predictions, packages and results, kept on disk; what pages show stands elsewhere."""
