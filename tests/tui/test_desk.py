"""The app with an image that a process of its own holds, as people use it."""

import asyncio
import functools
import os
from pathlib import Path

import pytest
from driving import ended, opened, path_of, text_of
from hand_made import archive
