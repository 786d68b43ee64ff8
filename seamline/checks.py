"""All system checks of the framework; importing this file registers them."""
