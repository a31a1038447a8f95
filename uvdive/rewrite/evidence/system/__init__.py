"""What of the operating system an app needs: libraries, programs, and the packages that have them."""
