"""The dashboard, its figures and components, and the command line."""
