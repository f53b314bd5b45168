"""Tag policy, live tags, declared tags, and events that change tags."""
