"""The application of the demo, as its runbook expects to find it: backend/api/main.py.

The demo needs no Python: a small C program stands in for uvicorn and serves the same routes. With a real
uvicorn and FastAPI this file serves them too.
"""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_methods=["*"])


@app.get("/health")
def health():
    return {"status": "healthy"}


@app.get("/api/clients/")
def clients():
    return [{"id": 1, "name": "Acme"}, {"id": 2, "name": "Globex"}]


@app.get("/api/ml-models/")
def models():
    return [{"id": "churn", "version": "1.4.0", "ready": True}]


@app.get("/api/status/database")
def database():
    return {"status": "connected", "latency_ms": 2}
