"""`python -m icx_research` is the command `icx`."""

from icx_research.cli import main

if __name__ == "__main__":
    main()
