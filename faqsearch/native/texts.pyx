# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""The loops over terms and texts, compiled: the twins of those in ``faqsearch/index/segments`` and ``faqsearch/query``."""

from cpython.unicode cimport PyUnicode_4BYTE_KIND, PyUnicode_Find, PyUnicode_FromKindAndData, PyUnicode_FromObject
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, qsort, realloc


cdef struct Numbers:
    const uint8_t* data
    Py_ssize_t width
    Py_ssize_t count


cdef inline uint64_t number(Numbers* array, Py_ssize_t i) noexcept:
    if array.width == 1:
        return array.data[i]
    if array.width == 2:
        return (<const uint16_t*>array.data)[i]
    if array.width == 4:
        return (<const uint32_t*>array.data)[i]
    return (<const uint64_t*>array.data)[i]


cdef Numbers numbers(array) except *:
    """Unsigned numbers of any width; the array must outlive them."""
    cdef const uint8_t[::1] data
    cdef Numbers found
    found.width, found.count = array.itemsize, array.shape[0]
    found.data = NULL
    if found.count:
        data = memoryview(array).cast("B")
        found.data = &data[0]
    return found


def marked_tokens(list bounds, terms, starts, lengths, dict names):
    """The twin of ``Segment.marked_tokens``: (terms, starts, ends) of the title and of the body of each document."""
    cdef Numbers term = numbers(terms), start = numbers(starts), length = numbers(lengths)
    cdef uint8_t[256] maybe
    cdef Py_ssize_t i, part, begin, end, place
    cdef uint64_t one
    cdef list result = [], fields, found_terms, found_starts, found_ends
    for i in range(256):
        maybe[i] = 0
    for wanted in names:
        maybe[<Py_ssize_t>wanted & 255] = 1
    for document in bounds:
        fields = []
        for part in range(2):
            begin, end = document[part], document[part + 1]
            if begin < 0 or begin > end or end > min(term.count, start.count, length.count):
                raise IndexError("tokens beyond the end of their arrays")
            found_terms, found_starts, found_ends = [], [], []
            for i in range(begin, end):
                one = number(&term, i)
                if maybe[one & 255]:
                    name = names.get(one)
                    if name is not None:
                        place = number(&start, i)
                        found_terms.append(name)
                        found_starts.append(place)
                        found_ends.append(place + <Py_ssize_t>number(&length, i))
            fields.append((found_terms, found_starts, found_ends))
        result.append((fields[0], fields[1]))
    return result


cdef struct Spans:
    Py_ssize_t* bounds
    Py_ssize_t count
    Py_ssize_t room


def shown(
    str title,
    list title_terms,
    list title_starts,
    list title_ends,
    str title_where,
    str body,
    list terms,
    list starts,
    list ends,
    str where,
    marks,
    words,
    list stops,
    Py_ssize_t length,
    Py_ssize_t sure,
    Py_ssize_t most,
    repeats,
    inside,
    window,
):
    """The twin of ``snippets.highlights`` for texts in NFC: (spans of the title, the piece, its spans, its place in the body).

    ``repeats(sentence, title)``; ``inside(found, start, end)`` cuts a sentence that is too long, and ``window(found)`` finds the
    piece where tokens are in no order or words match that are none.
    """
    cdef Spans found = Spans(NULL, 0, 0)
    cdef Py_ssize_t i, size = len(body), first, start, end, place, left, right
    cdef list inside_spans = []
    cdef tuple title_spans
    cdef str text
    if len(stops) == 0 and size:
        raise ValueError("a body without the end of a sentence")
    try:
        collect(&found, title, title_terms, title_starts, title_ends, marks, words, title_where, sure)
        title_spans = tuple([(found.bounds[2 * i], found.bounds[2 * i + 1]) for i in range(found.count)])
        collect(&found, body, terms, starts, ends, marks, words, where, sure)
        if size == 0 or (size <= length and not repeated(body, 0, stops[0], title, repeats)):
            start, end = 0, size
        else:
            first = best_sentence(body, terms, starts, ends, marks, stops, length, most, title, repeats)
            if first == NONE_MARKED and found.count == 0:
                first = 0
            if first < 0:
                start, end = window(listed(&found))
            else:
                start, end = (stops[first - 1] if first else 0), stops[first]
                if end - start > length and len(body[start:end].rstrip()) > length:
                    start, end = inside(listed(&found), start, end)
                else:
                    end = max(end, <Py_ssize_t>stops[max(behind(stops, start + length) - 1, first)])
        if start < 0 or start > end or end > size:
            raise IndexError("a piece that lies outside the body")
        while end > start and body[end - 1].isspace():
            end -= 1
        while start < end and body[start].isspace():
            start += 1
        text = body[start:end]
        place = start
        if said(body, 0, start):
            text = ELLIPSIS + text
            place -= 1
        if said(body, end, size):
            text = text + ELLIPSIS
        for i in range(found.count):
            left, right = found.bounds[2 * i], found.bounds[2 * i + 1]
            if left < end and right > start:
                inside_spans.append((max(left, start) - place, min(right, end) - place))
        return title_spans, text, tuple(inside_spans), place
    finally:
        free(found.bounds)


cdef str ELLIPSIS = "…"


cdef bint said(str text, Py_ssize_t begin, Py_ssize_t end) noexcept:
    """Whether anything but blanks stands there."""
    cdef Py_ssize_t i
    for i in range(begin, end):
        if not text[i].isspace():
            return True
    return False


cdef list listed(Spans* found):
    cdef Py_ssize_t i
    return [(found.bounds[2 * i], found.bounds[2 * i + 1]) for i in range(found.count)]


cdef int collect(
    Spans* found, str text, list terms, list starts, list ends, marks, words, str where, Py_ssize_t sure
) except -1:
    """Puts the spans of what matches into ``found``, sorted, those that touch or overlap as one."""
    cdef Py_ssize_t i, place, end, size = len(text), begin, kept = 0
    found.count = 0
    if len(starts) != len(terms) or len(ends) != len(terms):
        raise ValueError("as many starts and ends as terms")
    if len(where) != size:
        raise ValueError("words are looked for in a text of the same length")
    for i in range(len(terms)):
        if terms[i] in marks:
            place, end = starts[i], ends[i]
            if place < end:
                put(found, place, end)
    for word in words:
        place = PyUnicode_Find(where, word, 0, size, 1)
        while place >= 0:
            end = place + len(<str>word)
            if end - place >= sure or place == 0 or not text[place - 1].isalnum() or place in starts:
                put(found, place, end)
            place = PyUnicode_Find(where, word, end, size, 1)
    if found.count < 2:
        return 0
    qsort(found.bounds, found.count, 2 * sizeof(Py_ssize_t), order)
    for i in range(found.count):
        begin, end = found.bounds[2 * i], found.bounds[2 * i + 1]
        if kept and begin <= found.bounds[2 * kept - 1]:
            found.bounds[2 * kept - 1] = max(found.bounds[2 * kept - 1], end)
        else:
            found.bounds[2 * kept], found.bounds[2 * kept + 1] = begin, end
            kept += 1
    found.count = kept
    return 0


cdef int put(Spans* found, Py_ssize_t start, Py_ssize_t end) except -1:
    cdef Py_ssize_t* larger
    if found.count == found.room:
        larger = <Py_ssize_t*>realloc(found.bounds, 2 * (2 * found.room + 8) * sizeof(Py_ssize_t))
        if larger is NULL:
            raise MemoryError
        found.bounds, found.room = larger, 2 * found.room + 8
    found.bounds[2 * found.count], found.bounds[2 * found.count + 1] = start, end
    found.count += 1
    return 0


cdef int order(const void* left, const void* right) noexcept nogil:
    """By start, then end."""
    cdef const Py_ssize_t* a = <const Py_ssize_t*>left
    cdef const Py_ssize_t* b = <const Py_ssize_t*>right
    if a[0] != b[0]:
        return 1 if a[0] > b[0] else -1
    return (a[1] > b[1]) - (a[1] < b[1])


cdef bint repeated(str body, Py_ssize_t begin, Py_ssize_t end, str title, repeats) except -1:
    """Whether a sentence only repeats the title; lengths tell most of them apart, as in ``snippets._repeats``."""
    cdef Py_ssize_t much = end - begin, size = len(title)
    if size == 0 or much > 4 * size + 20 or 4 * much + 20 < size or much - size > 8 or size - much > 8:
        return False
    return repeats(body[begin:end], title)


cdef enum:
    NONE_MARKED = -2
    IN_NO_ORDER = -3


cdef Py_ssize_t best_sentence(
    str body,
    list terms,
    list starts,
    list ends,
    marks,
    list stops,
    Py_ssize_t length,
    Py_ssize_t most,
    str title,
    repeats,
) except -1:
    """The twin of ``snippets._best_sentence``, or why it is to be asked."""
    cdef Py_ssize_t count = len(terms), i, k, unit, place = -1, first = 0, tried = 0, begin, end, limit, distinct = 0, kept = 0
    cdef double best = 0.0, worth, everything = 0.0
    cdef Py_ssize_t* bounds
    cdef Py_ssize_t* term
    cdef Py_ssize_t* seen
    cdef double* weights
    cdef dict known = {}
    bounds = <Py_ssize_t*>malloc((4 * count + 1) * sizeof(Py_ssize_t))
    weights = <double*>malloc((count + 1) * sizeof(double))
    if bounds is NULL or weights is NULL:
        free(bounds)
        free(weights)
        raise MemoryError
    term, seen = bounds + 2 * count, bounds + 3 * count
    try:
        for i in range(count):
            name = terms[i]
            weight = marks.get(name)
            if weight is None:
                continue
            bounds[2 * kept], bounds[2 * kept + 1] = starts[i], ends[i]
            if kept and order(bounds + 2 * kept - 2, bounds + 2 * kept) >= 0:
                return IN_NO_ORDER
            number = known.get(name)
            if number is None:
                known[name] = number = distinct
                weights[distinct] = weight
                everything += weights[distinct]
                seen[distinct] = -1
                distinct += 1
            term[kept] = number
            kept += 1
        for i in range(kept):
            unit = behind(stops, bounds[2 * i])
            if unit == place:
                continue
            place = unit
            if unit >= len(stops):
                raise IndexError("a token behind the last sentence")
            begin, end = (stops[unit - 1] if unit else 0), stops[unit]
            if repeated(body, begin, end, title, repeats):
                continue
            limit = max(<Py_ssize_t>stops[max(behind(stops, begin + length) - 1, unit)], min(end, begin + length))
            worth = 0.0
            for k in range(i, kept):
                if bounds[2 * k + 1] > limit:
                    break
                if seen[term[k]] != i:
                    seen[term[k]] = i
                    worth += weights[term[k]]
            if worth > best + 1e-9:
                best, first = worth, unit
            tried += 1
            if tried == most or best >= everything - 1e-9:
                break
    finally:
        free(bounds)
        free(weights)
    return first if kept else NONE_MARKED


cdef Py_ssize_t behind(list stops, Py_ssize_t place) except -1:
    """How many of the rising ``stops`` are at or before ``place``."""
    cdef Py_ssize_t low = 0, high = len(stops), middle
    while low < high:
        middle = (low + high) // 2
        if <Py_ssize_t>stops[middle] <= place:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline uint32_t plainly(uint32_t character) noexcept:
    """What is kept of an ASCII character or a Hangul syllable, 0 where it is nothing."""
    if character >= 0xAC00 or 48 <= character <= 57 or 97 <= character <= 122:
        return character
    if 65 <= character <= 90:
        return character + 32
    return 0


cdef str letters(str text, kept, list places):
    """``text`` squeezed; ``kept`` says what is kept of any other character, ``places`` takes each place that is kept."""
    cdef Py_ssize_t place, size = len(text), count = 0, i
    cdef Py_UCS4 character
    cdef uint32_t plain
    cdef str some
    cdef uint32_t* found = <uint32_t*>malloc((3 * size + 1) * sizeof(uint32_t))  # no letter becomes more than three
    if found is NULL:
        raise MemoryError
    try:
        for place in range(size):
            character = text[place]
            if character < 0x80 or 0xAC00 <= character <= 0xD7A3:
                plain = plainly(character)
                if plain:
                    found[count] = plain
                    count += 1
                    if places is not None:
                        places.append(place)
                continue
            some = kept(text[place])
            for i in range(min(len(some), 3)):
                found[count] = <Py_UCS4>some[i]
                count += 1
                if places is not None:
                    places.append(place)
        return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, found, count)
    finally:
        free(found)


def squeezed(text, kept):
    """The twin of ``grams.squeeze``."""
    return letters(PyUnicode_FromObject(text), kept, None)


def squeezed_with_offsets(text, kept):
    """The twin of ``grams.squeeze_with_offsets``."""
    cdef list places = []
    return letters(PyUnicode_FromObject(text), kept, places), places
