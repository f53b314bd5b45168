"""Sign-in and scopes: settings, middleware, OIDC, reverse proxy, the user."""
