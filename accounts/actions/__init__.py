"""What people can do with users, workspaces, members and teams."""
