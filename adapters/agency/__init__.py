"""What agencies answer when they speak the broker's own JSON.

answer_json   the format
kinds         what the family brings in
"""
