"""The roadmap: dated actions from the decision to the certificate.

dated           the whole, from a plan
actions         what a plan decides, with dates and money
needs           what each action waits for, and the dates that follow
setting         who does each thing and how long it takes
form            the form of an action, and its published schema
files           JSON, CSV, iCalendar; calendar_file writes the last
words           in English and Chinese
"""
