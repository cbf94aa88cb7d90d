"""What ./bench is made of: the stack it measures, the meters, the loads and the rows."""
