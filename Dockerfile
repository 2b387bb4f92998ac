# A small image without compilers, run by somebody who is not root.
FROM python:3.13-slim AS build
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --requirement requirements.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --shell /usr/sbin/nologin redaktion \
    && mkdir /data && chown redaktion /data
COPY --from=build /venv /venv
WORKDIR /srv/redaktion
COPY . .
# Messages are compiled here, where the directory may be written to.
RUN VAR_DIR=/tmp/build /venv/bin/python manage.py compile_catalogues && rm -rf /tmp/build
ENV PATH=/venv/bin:$PATH VAR_DIR=/data HOST=0.0.0.0 PORT=8000 PRODUCTION=1 PYTHONUNBUFFERED=1
USER redaktion
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "manage.py"]
CMD ["start", "web"]
