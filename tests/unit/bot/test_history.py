from bot.history import History


def test_only_the_first_one_may_answer_until_the_claim_is_taken_back() -> None:
    history = History()
    assert [history.claim(1), history.claim(1)] == [True, False]
    history.release(1)
    assert history.claim(1)


def test_an_earlier_state_of_a_message_is_not_the_newest() -> None:
    history = History()
    assert [history.is_newest(1, at) for at in (5.0, 5.0, 4.0, 6.0, 5.0)] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert history.is_newest(2, 1.0)


def test_only_the_latest_messages_are_remembered() -> None:
    history = History(capacity=2)
    for message_id in (1, 2, 3):
        history.claim(message_id)
        history.is_newest(message_id, 9.0)
    assert history.claim(1)
    assert history.is_newest(1, 1.0)
    assert not history.is_newest(3, 1.0)
