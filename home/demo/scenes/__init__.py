"""What the pictures show, one function per scene."""
