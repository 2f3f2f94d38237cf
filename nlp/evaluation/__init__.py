"""How good a classifier is: figures with intervals, calibration, pictures."""
