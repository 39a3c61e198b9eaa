"""`make demo`: a message of each family on its whole road, through a broker that really runs.

play       the acts, in their order
stage      the broker, everybody's keys; saying and doing
goods      a declaration that five agencies look at, and a broken one
requests   an amendment that customs grants, a cancellation that it refuses
families   a postal item, a passenger list, a ship's visit with its crew
"""
