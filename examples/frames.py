"""A table that a team keeps in pandas or Polars, searched."""

import pandas
import polars

from faqsearch import FaqIndex
from faqsearch.integrations.frames import documents_from_frame

rows = {
    "번호": [1, 2],
    "제목": ["캐시를 환불받고 싶어요.", "정기 결제를 해지하려면"],
    "답변": ["쓰지 않은 캐시는 환불됩니다.", "설정 > 정기 결제에서 해지합니다."],
    "분류": ["결제 > 환불", "결제 > 해지"],
}
for frame in (pandas.DataFrame(rows), polars.DataFrame(rows)):
    index = FaqIndex.in_memory()
    index.sync(documents_from_frame(frame, fields={"id": "번호"}))
    print(index.search("캐시 환불").hits[0].title.text)
