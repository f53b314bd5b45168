"""Correct tags of live resources: probable owner, suggestions, plan, actions.

subject and text of a notification        `actions.py`
sending it by e-mail or to chat           `aws/tag_notifications.py`
message to the probable owner             `probable_owner.py`
what a plan changes, and how to undo it   `fix_plan.py`
"""
