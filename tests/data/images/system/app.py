import flask, sqlalchemy
