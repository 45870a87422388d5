"""`python -m alertd` is `alertd`."""

from alertd.cli.main import main

if __name__ == "__main__":
    main()
