# lookalike serve, for machines without Python:  docker build -t lookalike .  &&  docker run -p 127.0.0.1:8765:8765 lookalike
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY specs specs
COPY mocks mocks
COPY contracts contracts
COPY cli cli
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[tls]"

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels "lookalike[tls]" \
 && rm -r /wheels \
 && useradd --uid 10001 --no-create-home lookalike
USER 10001
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/_lookalike/health', timeout=2)"]
ENTRYPOINT ["lookalike", "serve", "--host", "0.0.0.0"]
