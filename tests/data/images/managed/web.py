import bottle, httpx
