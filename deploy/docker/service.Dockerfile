# One image per service: docker build -f deploy/docker/service.Dockerfile --build-arg PACKAGE=crm-sales .
# The console is built in a stage of its own and packed with the gateway. The image has the console script of its
# package and what the lock file says it needs, nothing else.
FROM node:22-slim AS console
WORKDIR /src/gateway/console
COPY gateway/console/package.json gateway/console/package-lock.json gateway/console/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY gateway/console ./
RUN npm run build

FROM python:3.11-slim AS builder
ARG UV_VERSION=0.13.9
RUN pip install --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /src
COPY pyproject.toml uv.lock ./
COPY proto proto
COPY services services
COPY gateway gateway
COPY --from=console /src/gateway/console/dist gateway/src/crm_gateway/console
ARG PACKAGE
RUN test -n "$PACKAGE" && \
    UV_PROJECT_ENVIRONMENT=/opt/crm UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 \
    uv sync --frozen --no-dev --no-default-groups --package "$PACKAGE" --no-editable

FROM python:3.11-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin crm
COPY --from=builder /opt/crm /opt/crm
ENV PATH=/opt/crm/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
