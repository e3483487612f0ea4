"""What people read: findings and differences as text."""
