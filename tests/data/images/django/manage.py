from django.conf import settings
from django.core.management import execute_from_command_line

settings.configure(SECRET_KEY="test")
execute_from_command_line()
