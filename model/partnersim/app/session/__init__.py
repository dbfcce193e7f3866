"""The pages of a class session: entrance, teacher, students, wall. What a session is and allows is in ``classroom/``."""
