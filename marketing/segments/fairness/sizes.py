"""How small a group may be to be described or shown, with the reasons for both numbers."""

# People: the least that an ad platform serves a list to (Google Ads: 100 active users), so that a smaller group could
# not be used, and its shares would be guesses.
DESCRIBED = 100

# People: in a smaller group a share comes near to telling of a person (GDPR recital 26; Article 29 Working Party,
# opinion 05/2014, on k-anonymity). The law names no number; 50 leaves a margin where several tables are laid over one
# another.
SHOWN = 50
