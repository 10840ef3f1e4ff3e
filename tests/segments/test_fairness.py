"""Special categories are recognised by name and by content, and harmless columns are left alone."""

import pytest

from marketing.segments.fairness import is_special_value, is_unspoken, kept_out

PROTECTED = {
    "race or ethnic origin": (
        "race Ethnic_Group ethnicity etnia raza herkunft hautfarbe raça cor_raca razza rasse nationality "
        "skinColour migrationshintergrund origine_ethnique Staatsangehörigkeit country_of_birth ethGrp "
        "ethnicity_cd EthnicBackground racialIdentity rasseCode pays_de_naissance nacionalidad "
        "colore_della_pelle is_hispanic race_white hispFlag raceDesc custRace volksgruppe tribu casta natnlty "
        "first_nations_status langue_maternelle visible_minority race_eth race_ethnicity ETHNIC_ORIGIN_CODE "
        "racial_group ethnisch_herkunft Ethnie migrationshintergrund_ja_nein staatsangehoerigkeit_iso "
        "nationalite_code couleur_peau origen_racial grupo_etnico etniaId gruppo_etnico cittadinanza "
        "nazionalita_iso is_black race_asian eth_hispanic skinType caste_category aboriginal_flag etnicidade "
        "indigenous_yn pueblo_indigena EthnicityKey raza_cd race_desc_txt ethnische_zugehoerigkeit "
        "geburtsland_kz groupe_ethnique lugar_de_nacimiento paese_di_nascita is_latino_flag skin_color_code "
        "hispanic_origin race1 race_cat ancestry_group minority_status nativeLanguage pertenencia_etnica "
        "immigrant_gen"
    ),
    "political opinions": (
        "political_party polparty pol_aff parteizugehoerigkeit partido_politico opinions_politiques "
        "politische_meinung vote_intention partyAffiliation afiliacion_politica party_registration "
        "parteipraeferenz wahlabsicht intention_de_vote voto_ultime_elezioni votante tendance_politique "
        "orientamento_politico politicalLeaning pol_views_scale ideology_7pt mitgliedParteiSPD party_affil "
        "voter_reg_party sympathisant_parti politische_einstellung parteimitglied lieblingspartei "
        "wahlverhalten_2021 orientation_politique parti_prefere preferencia_politica partido_votado "
        "simpatia_partidista partito_preferito opinioni_politiche politicalParty polit_leaning "
        "party_registration_cd left_right_scale voted_for_party pol_party_cd voting_intentions is_democrat "
        "ideologia politics politicalAffiliation Parteizugehoerigkeit politische_haltung opinion_politique "
        "vote_2022_presidentielle ideologia_politica intencion_de_voto tessera_partito area_politica "
        "party_affiliation_code regVoterParty waehlergruppe is_republican affiliation_politique"
    ),
    "religion or belief": (
        "religion Religionszugehörigkeit relig_cd confession_religieuse konfession faith geloof "
        "convinzioni_religiose RELIGIOUS_VIEWS croyances relig_1 religion_catholic rlgn_cd confessione "
        "parroquia church_attendance glaubensgemeinschaft pratique_religieuse pertenencia_religiosa "
        "credo_religioso fe_religiosa is_muslim faithGroup baptized_yn kirchensteuerpflichtig "
        "appartenenza_religiosa kerkgang wyznanie convictions_religieuses religionszugehoerigkeit RELIGION_CD "
        "Konf_KZ kirchenmitglied religion_pratiquee appartenance_religieuse cultes religion_id "
        "creencias_religiosas practica_religiosa religione fede credo confessione_religiosa religious_affil "
        "faith_tradition denominationCode relig_none relig_muslim church_member is_jewish baptised "
        "synagogue_member religiositaet iglesia_asistencia relig religion_desc RELIGION_FLG "
        "glaubensbekenntnis kirchenaustritt rel_konfession religion_declaree foi_religieuse religión "
        "catolico_practicante religione_dichiarata cattolico_praticante religious_group church_attend_freq "
        "mosque_member faith_cd relig_hindu godsdienst religiao_cd wyznanie_kod"
    ),
    "trade union membership": (
        "union_member tradeUnion gewerkschaft sindicato_afiliado syndicat vakbond_lid sindacato "
        "tessera_sindacale syndiqué afiliado_a_sindicato gewerkschaftsmitglied union_dues_paid isUnionMember "
        "cotisation_syndicale iscritto_al_sindacato vakbondslid union_yn gewerkschaft_ja membre_syndicat "
        "adherent_syndical sindicato_pertenencia afiliacion_sindical sindacato_iscritto iscrizione_sindacale "
        "tradeUnionMember union_membership unionFlag union_member_flag trade_union_yn "
        "gewerkschaftszugehoerigkeit syndicat_cd appartenance_syndicale sindicato afiliado_sindical "
        "iscritto_sindacato tessera_cgil sindicalizado"
    ),
    "genetic or biometric data": (
        "dna_profile fingerprint genetic_risk biometrics huella_dactilar face_id dna_haplogroup "
        "genetic_marker empreinte_digitale_hash huellaDactilar riconoscimento_facciale gesichtserkennung_id "
        "iris_scan_id brca1_status genom_typ voiceprint_vec dna_test genetische_daten genotype_code "
        "adn_perfil biometric_hash fingerabdruck_id donnees_biometriques datos_biometricos dati_genetici "
        "facial_template snp_rs123 dna_match face_embedding_12 dna_result geneticRisk biometric_id "
        "gentest_ergebnis test_genetique prueba_genetica test_genetico impronta_digitale retina_scan "
        "fingerprint_template"
    ),
    "health": (
        "health_condition HIVStatus diabetes hasDiabetes is_pregnant discapacidad behinderung krankenkasse "
        "maladie_chronique etat_de_sante malattia BMI bloodType icd10 dx_code estado_salud gezondheid smoker "
        "saude GdB IMC krankheitstage ALD dx_E11 diagnosi_principale hasAsthma disab_flag chronicCondition "
        "medication_count enfermedades_cronicas grossesse gravidanza arret_maladie_jours discapacidad_pct "
        "pflegestufe smoking_status allergies blood_grp groupe_sanguin mental_hlth presc_count "
        "invalidita_civile seropositivo Schwerbehindertenausweis carte_invalidite hospital_visits icd_chapter "
        "num_medicaments therapy_type wheelchairUser krankheit vorerkrankungen Pflegegrad blutgruppe "
        "schwangerschaft behinderungsgrad allergien raucher_jn medikamente_liste situation_handicap "
        "maladies_chroniques groupeSanguin etat_sante enfermedad grupoSanguineo embarazo fumador "
        "discapacitado malattie_croniche stato_salute gruppo_sanguigno disabile fumatore health_status "
        "medical_condition diag_I10 diagnosis_code hiv_result bmi_class pregnant_yn disability_type "
        "chronic_illness mentalHealth vaccination_status depression_score smoker_flag has_cancer "
        "therapy_sessions insulin_user rx_count bp_systolic illness_code gesundheitszustand chron_krank "
        "schwerbehindert_gdb krankschreibungen krankenstand_tage sante_mentale probleme_de_sante "
        "taux_handicap handicap_reconnu problemas_de_salud grado_discapacidad alergias_alimentarias "
        "problemi_di_salute percentuale_invalidita allergie hasDisability disabled_yn bloodPressure weight_kg "
        "num_prescriptions covid_vax diabetes_type asthma_ind MEDICATION depression_dx health_issue "
        "pregnancyWeek hiv_pos cancer_history doenca_cronica ziekteverzuim"
    ),
    "sex life or sexual orientation": (
        "sexual_orientation sexOrient orientación_sexual orientation_sexuelle lgbtq orientamento_sessuale "
        "sexuelle_orientierung orientamento sexual_pref orientacionSexual sexuelle_praeferenz lgbtqPlus "
        "identite_de_genre same_sex_partner orientation_sexuelle_cd gay_flag trans_status "
        "sexual_orientation_cd orientacion_sexual lgbt_member is_gay isBisexual sex_orientation "
        "identidad_de_genero sexualPreference sexualOrientation sexorient_cd sexualitaet gay_or_lesbian "
        "lgbtqia trans_yn bisexual_flag orientation_sex orientacion_sex orientamento_sex"
    ),
    "criminal record": (
        "criminal_record vorstrafen antecedentes_penales casier_judiciaire precedenti_penali convictions "
        "vorstrafe_jn felony_count casier_jud condamnations prior_arrests criminal_hist fuehrungszeugnis "
        "convicted_flag prison_yrs onProbation delitos vorstrafen_anzahl strafregistereintrag "
        "casier_judiciaire_vide antecedentes_criminales condenas_previas fedina_penale condanne "
        "criminalRecord has_conviction arrest_count felony_flag jail_days offender_type incarcerated "
        "criminal_conviction crime_record vorbestraft_ja_nein strafen casier_judiciaire_nb "
        "condamnation_penale antecedentes tiene_antecedentes_penales precedenti condanne_penali "
        "arrested_before felony_conviction prison_history parole_status"
    ),
    "sex or gender": (
        "sex gender Geschlecht sexo sexe sesso is_female anrede sex_cd GNDR geschlecht_kz sexe_client "
        "civilité genero_cliente sesso_cliente isFemale male_yn salutation plec gender_cd GESCHLECHT "
        "genero_cd sexo_id customer_gender anrede_cd civilite_code is_male gndr_cd geslacht geschlecht_cd "
        "sexe_cd sexo_cd sesso_cd GenderKey female_flag civilite titulo_genero"
    ),
    "age": (
        "age_grp ageBand tranche_d_age fascia_di_eta rango_edad altersklasse birth_yr geburtsjahr "
        "senior_citizen edad_anos date_of_birth age AGE_YRS alter_jahre altersgruppe age_bucket tranche_age "
        "edad grupo_edad eta fascia_eta birth_year geburtsdatum annee_naissance dob customerAge age_years_old "
        "Alter altersband age_decade classe_d_age age_client edad_cliente fascia_eta_cliente anno_di_nascita "
        "birthYear age_bin age_at_signup"
    ),
    "postcode": (
        "zip_cd postalCode code_postal PLZ codigo_postal postcode_area cap_residenza zip5 zip3 zip zipcode "
        "ZIP_CODE postcode plz_kunde cp codigoPostal cap cod_postal postleitzahl post_code zipcode5 "
        "PLZ_Wohnort code_postal_client codigo_postal_cliente cap_cliente postalcode ZIP3 postcode_district"
    ),
}
HARMLESS = (
    "region city device plan genre favourite_genre minutes balance job education housing loan contact day month "
    "duration campaign pdays previous poutcome y party_size account_disabled notifications_disabled "
    "screen_orientation traffic_origin colour western_union_user car_race_wins watch_time binge_rate "
    "episodes_per_week subscription_tier has_kids household_size premium churn_risk nps last_login_days "
    "email_opt_in push_enabled favourite_team vote_count drama_share true_crime_share documentaries "
    "music_streams podcast_minutes tickets_bought weekend_share download_ratio avg_rating wishlist_size "
    "referral_source payment_method card_type discount_used spend orders returns tenure_months title_count "
    "playlist_count skips shares likes device_fingerprint treatment_group sports_health_show_status "
    "race_distance_km horror_fan sexy_comedies_watched church_music_share situation_de_famille mutuelle "
    "carnet_de_conducir plan_type device_os last_login subscription_months churn_score minutes_watched "
    "n_devices ticket_price seat_class marital_status income_band occupation language_ui time_zone app_version "
    "push_opt_in email_clicks basket_value returns_rate loyalty_tier coupon_used referral_code store_visits "
    "delivery_method payment_failures credit_score housing_type car_owner pet_owner dog_breed sports_team "
    "race_game_hours medical_drama_minutes true_crime_podcasts union_square_store origin_airport colour_theme "
    "party_mode account_status condition_of_item orientation_lock weight_of_parcel sexagesimal_code "
    "generation_of_console title_watched genre_top artist_gender_mix confession_of_shopaholic_views "
    "faith_hill_plays temple_run_level prison_break_views pulse_survey disabled_ads customer_health_score "
    "drug_store_series patient_zero_game mission_count voter_count_poll labour_day_sale page_views package_age "
    "senior_editor_pick adult_ticket_count kids_tickets hours_per_week capital_gain nps_score wallet_size "
    "signup_channel age_rating stage_name average_spend message_count manager_id image_quality usage_gb "
    "passenger_class racing_games traces gracious vip_member tribe_called_quest_plays native_app_user "
    "national_team_follower citizen_kane_watched black_friday_spend white_label red_green_blue "
    "avg_watch_minutes device_type last_seen_days plan_price nr_logins country language browser os_version "
    "n_profiles binge_sessions trailer_clicks newsletter_open_rate ad_impressions app_rating support_calls "
    "payment_type billing_cycle churn_flag credit_limit annual_income household_members children_count pets "
    "vehicle_type commute_minutes race_car_games marathon_sessions horse_racing_views party_games "
    "political_drama_views medical_series_share crime_novels_read faith_based_label union_jack_theme "
    "genetic_algorithm_bucket origin_store product_condition treatment_arm service_status order_status "
    "disabled_autoplay battery_health page_depth mileage stage image_count language_pref stream_quality "
    "resolution_pref price_sensitivity discount_rate coupon_count basket_size store_format team_supported "
    "stadium_visits concert_spend instrument_played coding_hours gaming_platform colour_scheme theme_dark "
    "gender_balance_cast zipper_color capacity cape_size cpu_type adventure_score sexism_reports_filed "
    "therapist_show_views healthy_recipes_saved workout_minutes calories_goal vegan_recipes horoscope_sign "
    "love_island_viewer wedding_planner_user baby_shower_orders gift_orders school_run_radio work_from_home "
    "job_title industry seniority manager_flag insurance_type mortgage loan_status debt_ratio default_history "
    "pension_plan retired student homeowner rural_urban climate_zone timezone_offset currency viewer_hours "
    "fav_genre_1 fav_platform screen_time_evening login_streak avatar_colour referral_cnt plan_upgrade_date "
    "promo_redeemed basket_avg delivery_slot store_id brand_affinity channel_pref email_domain mobile_carrier "
    "net_promoter survey_q3 complaint_count wait_minutes distance_to_store parking_used event_attendance "
    "vip_flag merch_spend vinyl_buyer podcast_subs audiobook_hours news_reader sports_viewer cooking_shows "
    "kids_shows_share anime_share documentary_share reality_share foreign_film_share subtitle_use dubbed_pref "
    "4k_device smart_speaker party_playlist_minutes race_replay_views f1_race_attendance union_jack_merch "
    "white_noise_minutes black_metal_plays latin_music_share asian_cinema_share orthodox_calendar "
    "cult_movie_fan crime_drama_hours prison_drama_views health_podcast_minutes medical_show_hours "
    "political_satire_share labour_cost faithful_customer conversion_rate confession_show origin_campaign "
    "native_ads_clicks national_park_visits condition_grade patient_support_tickets treatment_variant "
    "drug_crime_series code_version card_network family_size num_children civil_status degree profession "
    "salary_range savings house_value owns_car car_age flight_count hotel_nights luggage_weight device_weight "
    "package_weight gender_neutral_toys male_lead_share age_rating_max page_age stage_time vintage "
    "message_age_days gap_days postage_paid post_count zip_file_size capslock_use postpaid prepaid_type "
    "cap_gains disability_insurance_ad_click seniority_level sexton_brand essex_resident sussex_store "
    "middlesex_flag unisex_size scarface_views racecourse_visits embrace_score gracenote_id trace_id "
    "brace_orders"
)


@pytest.mark.parametrize("category", PROTECTED)
def test_protected_columns_are_known_by_their_names(category):
    found = {
        name: told.id if (told := kept_out(name, ["1", "2", "3"])) else None for name in PROTECTED[category].split()
    }
    assert {name: told for name, told in found.items() if told != category} == {}


def test_harmless_columns_are_left_alone():
    assert [name for name in HARMLESS.split() if kept_out(name, ["a", "b", "c"])] == []


def test_what_somebody_watches_is_told_from_what_somebody_is_except_where_it_tells_faith_or_desire():
    assert kept_out("medical_drama_share", []) is None
    assert kept_out("political_satire_share", []) is None
    assert kept_out("political_views", []).id == "political opinions"
    assert kept_out("religious_epics_share", []).id == "religion or belief"
    assert kept_out("queer_romance_share", []).id == "sex life or sexual orientation"


def test_only_sex_age_and_postcode_are_a_matter_of_settings():
    assert {name for name in PROTECTED if kept_out(PROTECTED[name].split()[0], []).setting} == {
        "sex or gender",
        "age",
        "postcode",
    }


@pytest.mark.parametrize(
    ("name", "values", "kept"),
    [
        ("title", ["Mr", "Mrs", "Ms"], True),
        ("title", ["Dune", "Alien", "Heat"], False),
        ("genre", ["homme", "femme"], True),
        ("genre", ["drama", "comedy"], False),
        ("genero", ["1", "2"], True),
        ("genero", ["comedia", "terror"], False),
        ("orientation", ["1", "2", "3"], True),
        ("orientation", ["landscape", "portrait"], False),
        ("union", ["student", "credit"], True),
        ("party", ["birthday", "office"], False),
    ],
)
def test_a_name_with_two_meanings_is_told_by_what_stands_in_the_column(name, values, kept):
    assert (kept_out(name, values) is not None) == kept


def test_how_a_column_was_recognised_is_told():
    assert kept_out("faith", []).by == "name"
    assert kept_out("segment_7", ["catholic", "protestant"]).by == "content"


@pytest.mark.parametrize(
    ("category", "values"),
    [
        ("religion or belief", ["catholic", "protestant", "none"]),
        ("religion or belief", ["katholisch", "evangelisch", "ohne"]),
        ("religion or belief", ["catholique", "musulman", "juif", "sans"]),
        ("religion or belief", ["católico", "evangélico", "ateo"]),
        ("religion or belief", ["cattolico", "ortodosso", "musulmano", "n/d"]),
        ("religion or belief", ["catholic", "protestant", "x1", "zz", "n/a", "foo"]),
        ("religion or belief", ["Sunni", "Shia"]),
        ("race or ethnic origin", ["White", "Black", "Asian", "Hispanic", "Other"]),
        ("race or ethnic origin", ["blanco", "mestizo", "indígena", "afrodescendiente"]),
        ("race or ethnic origin", ["Branca", "Parda", "Preta", "Amarela", "Indígena"]),
        ("political opinions", ["CDU", "SPD", "Grüne", "FDP", "AfD"]),
        ("political opinions", ["PSOE", "PP", "Vox", "Sumar"]),
        ("political opinions", ["gauche", "droite", "centre"]),
        ("political opinions", ["Lega", "PD", "Forza Italia", "M5S"]),
        ("political opinions", ["Labour", "Conservative", "Lib Dem", "SNP"]),
        ("health", ["Raucher", "Nichtraucher"]),
        ("health", ["fumeur", "non-fumeur"]),
        ("health", ["fumador", "no fumador"]),
        ("health", ["fumatore", "non fumatore"]),
        ("health", ["A+", "0-", "AB+", "B-"]),
        ("health", ["E11", "I10", "J45", "F32"]),
        ("health", ["E11.9", "I10", "J45.0"]),
        ("health", ["diabetes", "asthma", "none", "hypertension"]),
        ("health", ["Diabète", "Asthme", "Aucun"]),
        ("sex life or sexual orientation", ["heterosexual", "homosexual", "bisexual"]),
        ("sex life or sexual orientation", ["eterosessuale", "omosessuale"]),
        ("sex life or sexual orientation", ["hetero", "schwul", "lesbisch", "bi"]),
        ("trade union membership", ["IG Metall", "ver.di", "keine"]),
        ("trade union membership", ["CGT", "CFDT", "FO", "aucun"]),
        ("trade union membership", ["CGIL", "CISL", "UIL"]),
        ("trade union membership", ["CCOO", "UGT"]),
        ("criminal record", ["vorbestraft", "nicht vorbestraft"]),
        ("criminal record", ["incensurato", "pregiudicato"]),
        ("genetic or biometric data", ["AA", "AG", "GG"]),
        ("sex or gender", ["Male", "Female", "Unknown"]),
        ("sex or gender", ["männlich", "weiblich", "divers"]),
        ("sex or gender", ["Herr", "Frau"]),
        ("age", ["18-24", "25-34", "35-44", "45+"]),
        ("postcode", ["SW1A 1AA", "M1 4BT", "EC1A 1BB"]),
        ("sex or gender", ["d", "f", "m"]),
        ("race or ethnic origin", ["White", "Black", "Asian-Pac-Islander", "Other"]),
        ("sex life or sexual orientation", ["straight", "gay", "bi"]),
    ],
)
def test_a_protected_column_is_known_by_its_content(category, values):
    assert kept_out("segment_7", values).id == category


@pytest.mark.parametrize(
    "values",
    [
        ["drama", "comedy", "horror"],
        ["S", "M", "L", "XL"],
        ["A+", "A", "B", "C"],
        ["0-10", "10-20", "20-30"],
        ["A12", "B07", "C33"],
        ["basic", "standard", "premium"],
        ["white", "black", "silver"],
        ["left", "right", "both"],
        ["Italian", "Indian", "Chinese", "Mexican"],
        ["Rock", "Gospel", "Christian", "Jazz", "Folk", "Pop"],
        ["I saw a catholic priest in the movie last night", "good"],
        ["Berlin", "Roma", "Paris"],
        ["DE", "FR", "IT"],
        ["red", "green", "blue"],
        ["E1", "N16", "W12", "SE5"],
        ["phone", "tv", "console"],
        ["yes", "no"],
        ["1-5", "6-10", "11-20", "20+"],
        ["None", "Low", "High"],
        ["Gay Romance", "Drama", "Action", "Comedy", "LGBTQ"],
        ["single", "married", "divorced", "widowed"],
        ["good", "fair", "poor"],
        ["orthodox", "southpaw"],
        ["Conservative", "Moderate", "Aggressive"],
        ["BMW", "Audi", "VW"],
        ["AAA", "AA", "A"],
        ["en", "de", "fr", "pt"],
        ["A", "C", "G", "T"],
        ["T1", "T2", "T3"],
        ["politics", "sport"],
    ],
)
def test_words_that_only_sometimes_tell_something_do_not_flag_a_column(values):
    assert kept_out("segment_7", values) is None


def test_a_list_of_genres_or_cuisines_is_no_list_of_origins():
    values = ["Asian", "Latino", "Italian", "Mexican"]
    assert kept_out("favourite_cuisine", values) is None
    assert kept_out("q7", values) is not None


def test_a_special_value_in_a_harmless_column_is_not_spoken_of():
    assert is_special_value("Christian music")
    assert not is_special_value("folk music")


def test_no_group_is_named_after_age_or_family():
    assert is_unspoken("age")
    assert is_unspoken("Familienstand")
    assert is_unspoken("marital_status")
    assert not is_unspoken("device")
