# The registry and the client in one image; which of them runs, docker-compose.yml says.

FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS packages
COPY requirements.lock /
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --only-binary :all: --require-hashes -r /requirements.lock \
 && /venv/bin/python -m pip uninstall --yes pip setuptools

FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
COPY --from=packages /venv /venv
COPY server.py client.py schema.sql /app/
COPY chat /app/chat
COPY db /app/db
# A new volume at /data takes its owner and mode.
RUN /venv/bin/python -m compileall -q /app && install -d -m 700 -o 10001 -g 10001 /data
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /app
