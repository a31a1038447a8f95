"""Wrong rewrites, made from a right one: what the proof of a rewrite must catch.

A ``subject.Subject`` comes in: a plan, the original and the image of the right text.
``listing.mutants`` makes ``Mutant``s of it: texts with one mistake each, by the mutators of
``settings``, ``instructions``, ``places`` and ``parts``. ``trial.tried`` builds one and
asks the judge; ``oracle`` says of those that nobody caught whether they are mistakes.
Read ``subject`` and ``trial`` first.
"""
