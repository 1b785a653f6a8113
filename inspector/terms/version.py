"""The version of this package, for reports that name the tool."""

VERSION = "0.1.0"
