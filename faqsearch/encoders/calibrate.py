"""The calibration of an encoder that has none: from its cosines for sentences that have nothing in common."""

from __future__ import annotations

import numpy as np

from faqsearch.options import Calibration, Encoder

STEP = 0.08
"""What one standard deviation above the cosine of unrelated sentences gains, as a share of the best lexical score.

The weights of the two built-in encoders, chosen by measurement, come to 0.06 and 0.15."""

_PAIRS = (
    ("돈을 돌려받고 싶어요", "환불은 어떻게 하나요?"),
    ("비밀번호를 잊어버렸어요", "로그인 암호를 다시 설정하는 방법"),
    ("물건이 아직 안 왔어요", "배송이 늦어지는 이유"),
    ("계정을 없애고 싶습니다", "회원 탈퇴 절차"),
    ("신청 기간이 언제까지인가요?", "접수 마감일 안내"),
    ("사진이 안 올라가요", "이미지 업로드가 되지 않을 때"),
    ("휴대폰 번호가 바뀌었어요", "연락처 변경하기"),
    ("혼자 사는 노인을 돕는 제도", "독거 어르신 돌봄 지원"),
)
"""Sentences in pairs; each left side and the right side of another pair have nothing to do with each other."""


def calibrated(encoder: Encoder) -> Calibration:
    """``floor`` is the mean cosine of unrelated sentences, ``weight`` STEP through its standard deviation."""
    left = encoder.queries([one for one, _ in _PAIRS])
    right = encoder.passages([other for _, other in _PAIRS])
    table = left @ right.T
    unrelated = table[~np.eye(len(table), dtype=bool)].astype(np.float64)
    deviation = max(float(unrelated.std()), 1e-3)
    return Calibration(weight=round(STEP / deviation, 3), floor=round(min(max(float(unrelated.mean()), -1.0), 1.0), 3))
