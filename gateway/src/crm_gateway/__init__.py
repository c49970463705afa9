"""The gateway: the one HTTP door of the suite.

| module      | what it does |
|-------------|--------------|
| main        | the process: uvicorn (with protocol for what is no HTTP), graceful stop; settings |
| app         | one request from socket to socket: route, authenticate, authorise, limit, handle, log |
| routes      | the route table, derived from the contracts |
| transcode   | HTTP to request message, response message to JSON; shaping gives it the form asked for |
| tokens, compression | sealed page tokens; brotli and gzip |
| upstreams   | calling services: replicas, deadlines, retries, hedges; breaker keeps away from failing ones |
| authn       | access tokens; principals holds who their users are now; feed keeps that current |
| authz       | the policy of a method, and the actor token a service gets |
| limits      | rate limits and the cap on concurrent requests |
| problems    | errors as application/problem+json |
| customer360, timeline, search, audit, imports, proposals | what the gateway itself offers |
| site        | documentation and health; link_pages are the pages behind links in mails |
"""
