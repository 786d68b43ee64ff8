"""The door itself: an ASGI application on uvicorn's protocol of httptools, which lets in, limits, forwards and logs."""
