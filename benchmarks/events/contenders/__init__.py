"""The contenders: each file is the program of one contender's processes; none imports another."""
