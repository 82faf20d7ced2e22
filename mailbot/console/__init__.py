"""The console: the staff web application. Pages come from the server and work without JavaScript."""
