from built import distributions, fresh_environment, sdist, wheel

__all__ = ["distributions", "fresh_environment", "sdist", "wheel"]
