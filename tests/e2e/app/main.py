"""The API of the tests of the runbooks: FastAPI, with a PostgreSQL behind it if DATABASE_URL names one.

DATABASE_URL comes from the environment, or from the file .env in the folder that the API is started in. What
goes wrong is written to ../logs/api.log, in the words that operators of such APIs know.
"""

import logging
import os
import pathlib
import time

from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware

here = pathlib.Path.cwd()
log = logging.getLogger("api")
try:
    log.addHandler(logging.FileHandler(here.parent / "logs" / "api.log"))
except OSError:
    log.addHandler(logging.StreamHandler())


def setting(name):
    if name in os.environ:
        return os.environ[name]
    dotenv = here / ".env"
    lines = dotenv.read_text().splitlines() if dotenv.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line).get(name, "")


def ask_database():
    """A text that says what is wrong with the database; empty when it answers, or when there is to be none."""
    url = setting("DATABASE_URL")
    if not url:
        return ""
    import psycopg2

    try:
        with psycopg2.connect(url, connect_timeout=3) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        connection.close()
        return ""
    except psycopg2.Error as error:
        log.error("ERROR Database connection failed: %s", str(error).strip())
        return str(error).strip()


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["http://localhost:3000"], allow_methods=["*"])


@app.get("/health")
def health(response: Response):
    if ask_database():
        response.status_code = 503
        return {"status": "unhealthy", "database": "down"}
    return {"status": "healthy"}


@app.get("/api/clients/")
def clients():
    return [{"id": 1, "name": "Acme"}, {"id": 2, "name": "Globex"}]


@app.get("/api/ml-models/")
def models():
    return [{"id": "churn", "version": "1.4.0", "ready": True}]


@app.get("/api/status/database")
def database(response: Response):
    trouble = ask_database()
    if trouble:
        response.status_code = 503
        return {"status": "disconnected"}
    return {"status": "connected"}


@app.get("/api/errors")
def errors(kind: str = "none"):
    """What a fault in the code looks like from outside."""
    if kind == "fault":
        raise RuntimeError("a fault in the code")
    if kind == "slow":
        time.sleep(3)
    if kind == "memory":
        return {"kind": kind, "size": len(b"x" * (1 << 30))}
    return {"kind": kind}
