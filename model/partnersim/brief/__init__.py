"""The brief of a study: question, answer, figures, a page for each recommendation, how it was made."""
