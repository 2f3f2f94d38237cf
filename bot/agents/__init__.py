"""Agents in their chats and in the group: commands, lists, notes, who is away."""
