# docker build -t rnnscope . && docker run --rm -p 8501:8501 -v rnnscope:/data rnnscope
# Any base with Python 3.11 or newer and its venv module will do.
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}

# Read by pip during the build only. On Linux the default torch brings gigabytes of CUDA libraries along, and the CPU
# build is enough here: name the index of the CPU builds with --build-arg PIP_EXTRA_INDEX_URL=…
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL

ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 RNNSCOPE_HOME=/data
RUN python3 -m venv /opt/venv \
    && useradd --create-home --uid 10001 rnnscope \
    && install --directory --owner=rnnscope /data

WORKDIR /opt/rnnscope
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

COPY pyproject.toml README.md LICENSE rnnscope.py ./
COPY data_prep data_prep
COPY models models
COPY analysis analysis
COPY gallery gallery
COPY app app
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --editable .

USER 10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["streamlit", "run", "app/main.py", "--server.address=0.0.0.0", "--server.port=8501"]
