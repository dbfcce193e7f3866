"""``python -m partnersim`` is the command ``partnersim``."""

from partnersim.cli import main

main()
