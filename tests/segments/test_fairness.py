"""Special categories are recognised by name and by content, and harmless columns are left alone."""

import pytest

from marketing.segments.fairness import is_special_value, is_unspoken, kept_out

PROTECTED = {
    "race or ethnic origin": "race Ethnic_Group ethnicity etnia raza herkunft hautfarbe raça cor_raca razza rasse"
    " nationality skinColour migrationshintergrund origine_ethnique Staatsangehörigkeit country_of_birth ethGrp",
    "political opinions": "political_party polparty pol_aff parteizugehoerigkeit partido_politico opinions_politiques"
    " politische_meinung vote_intention partyAffiliation",
    "religion or belief": "religion Religionszugehörigkeit relig_cd confession_religieuse konfession faith geloof"
    " convinzioni_religiose RELIGIOUS_VIEWS",
    "trade union membership": "union_member tradeUnion gewerkschaft sindicato_afiliado syndicat vakbond_lid sindacato",
    "genetic or biometric data": "dna_profile fingerprint genetic_risk biometrics huella_dactilar face_id",
    "health": "health_condition HIVStatus diabetes hasDiabetes is_pregnant discapacidad behinderung krankenkasse"
    " maladie_chronique etat_de_sante malattia BMI bloodType icd10 dx_code estado_salud gezondheid smoker saude",
    "sex life or sexual orientation": "sexual_orientation sexOrient orientación_sexual orientation_sexuelle lgbtq"
    " orientamento_sessuale sexuelle_orientierung",
    "criminal record": "criminal_record vorstrafen antecedentes_penales casier_judiciaire precedenti_penali"
    " convictions",
    "sex or gender": "sex gender Geschlecht sexo sexe sesso is_female anrede",
}
HARMLESS = (
    "region city device plan genre favourite_genre minutes balance job education housing loan contact day "
    "month duration campaign pdays previous poutcome y party_size account_disabled notifications_disabled "
    "screen_orientation traffic_origin colour western_union_user car_race_wins watch_time binge_rate "
    "episodes_per_week subscription_tier has_kids household_size premium churn_risk nps last_login_days "
    "email_opt_in push_enabled favourite_team vote_count drama_share true_crime_share documentaries "
    "music_streams podcast_minutes tickets_bought weekend_share download_ratio avg_rating wishlist_size "
    "referral_source payment_method card_type discount_used spend orders returns tenure_months title_count "
    "playlist_count skips shares likes device_fingerprint treatment_group sports_health_show_status"
)


@pytest.mark.parametrize(("category", "name"), [(c, n) for c, names in PROTECTED.items() for n in names.split()])
def test_a_protected_column_is_known_by_its_name(category, name):
    found = kept_out(name, ["1", "2", "3"])
    assert found is not None
    assert found.id == category


def test_harmless_columns_are_left_alone():
    flagged = [name for name in HARMLESS.split() if kept_out(name, ["a", "b", "c"])]
    assert flagged == []


@pytest.mark.parametrize(
    ("category", "values"),
    [
        ("religion or belief", ["Catholic", "Muslim", "None"]),
        ("religion or belief", ["evangelisch", "katholisch", "konfessionslos"]),
        ("race or ethnic origin", ["White", "Black", "Asian-Pac-Islander", "Other"]),
        ("sex or gender", ["M", "F"]),
        ("sex or gender", ["homme", "femme"]),
        ("sex life or sexual orientation", ["straight", "gay", "bi"]),
        ("political opinions", ["Democrat", "Republican", "Independent"]),
        ("health", ["A+", "O-", "AB+"]),
        ("health", ["E11.9", "J45.0", "I10.1"]),
        ("criminal record", ["felony", "misdemeanor", "convicted"]),
    ],
)
def test_a_protected_column_is_known_by_its_content(category, values):
    assert kept_out("q7", values).id == category


@pytest.mark.parametrize(
    "values",
    [
        ["white", "black", "red"],
        ["Italian", "Indian", "Mexican"],
        ["S", "M", "L"],
        ["politics", "sport"],
        ["left", "right"],
    ],
)
def test_words_that_only_sometimes_tell_something_do_not_flag_a_column(values):
    assert kept_out("q7", values) is None


def test_a_special_value_in_a_harmless_column_is_not_spoken_of():
    assert is_special_value("Christian music")
    assert not is_special_value("folk music")


def test_no_group_is_named_after_age_or_family():
    assert is_unspoken("age")
    assert is_unspoken("Familienstand")
    assert is_unspoken("marital_status")
    assert not is_unspoken("device")
