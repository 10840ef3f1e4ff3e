"""How small a group may be to be described or shown, with the sources of both numbers."""

# People: the least that ad platforms serve a list to (Google Ads, "About your data segments": 100 active users), so
# that a smaller one could not be used, and its shares would be guesses.
DESCRIBED = 100

# People: in a smaller group a share comes near to telling of a person. Statistical offices suppress counts below 5 to
# 30 (GDPR recital 26; Article 29 Working Party, opinion 05/2014, ch. 3.2, on k-anonymity); 50 leaves a margin for
# several tables that are laid over one another.
SHOWN = 50
