"""`python -m cli` is the program `clarity`."""

from cli.main import main

main()
