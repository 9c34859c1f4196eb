import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.icu.ICUNormalizer2CharFilter;
import org.apache.lucene.analysis.ko.KoreanAnalyzer;
import org.apache.lucene.analysis.ko.KoreanPartOfSpeechStopFilter;
import org.apache.lucene.analysis.ko.KoreanReadingFormFilter;
import org.apache.lucene.analysis.ko.KoreanTokenizer;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.Collector;
import org.apache.lucene.search.CollectorManager;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilterLeafCollector;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SynonymQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocsCollector;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.search.uhighlight.LengthGoalBreakIterator;
import org.apache.lucene.search.uhighlight.Passage;
import org.apache.lucene.search.uhighlight.PassageFormatter;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.QueryBuilder;

/**
 * Lucene with nori as a search server on a pipe: {@code NoriPeer plain|tuned TITLE_BOOST FOLDER}, a JSON request on each line
 * of standard input, a JSON answer on each line of standard output. Requests: {"add": [documents]}, {"commit": true}, {"search": text,
 * "page", "per_page", "snippet", "category", "sort"}, {"ids": text, "depth"}. The end of the input ends it.
 *
 * <p>An answer's "wall_ns" and "cpu_ns" (this thread's) hold the work between the parsed request and the finished page, so
 * that the cost of pipe and JSON is what the caller measures beyond them. One thread does everything, merges too; the index
 * is merged into one segment. Scores are BM25 as IndexSearcher has it (k1 1.2, b 0.75).
 */
public final class NoriPeer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final String SEPARATOR = "\u001f"; // no category label holds a control character

  /** A field's name and what its score counts. */
  private record Weight(String field, float boost) {}

  /** How text becomes terms, by field; the fields that a query asks, those with the same analysis together. */
  private record Configuration(Analyzer analyzer, List<List<Weight>> fields) {
    boolean grams() {
      return fields.size() > 1;
    }
  }

  private static Configuration configuration(String name, float title) {
    List<Weight> morphemes = List.of(new Weight("title", title), new Weight("body", 1));
    if (name.equals("plain")) {
      return new Configuration(new KoreanAnalyzer(), List.of(morphemes));
    }
    Analyzer grams = new Grams();
    return new Configuration(
        new PerFieldAnalyzerWrapper(new Morphemes(), Map.of("title_grams", grams, "body_grams", grams)),
        List.of(morphemes, List.of(new Weight("title_grams", title / 2), new Weight("body_grams", 0.5f))));
  }

  /** NFKC and case folding, nori with compounds kept beside their parts, without particles and endings. */
  private static final class Morphemes extends Analyzer {
    @Override
    protected Reader initReader(String field, Reader reader) {
      return new ICUNormalizer2CharFilter(reader);
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer tokens =
          new KoreanTokenizer(
              TokenStream.DEFAULT_TOKEN_ATTRIBUTE_FACTORY, null, KoreanTokenizer.DecompoundMode.MIXED, false);
      return new TokenStreamComponents(
          tokens, new LowerCaseFilter(new KoreanReadingFormFilter(new KoreanPartOfSpeechStopFilter(tokens))));
    }
  }

  /** NFKC and case folding, pairs of syllables inside each word. */
  private static final class Grams extends Analyzer {
    @Override
    protected Reader initReader(String field, Reader reader) {
      return new ICUNormalizer2CharFilter(reader);
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
      Tokenizer tokens = new StandardTokenizer();
      return new TokenStreamComponents(tokens, new CJKBigramFilter(new LowerCaseFilter(tokens)));
    }
  }

  private final Configuration configuration;
  private final MMapDirectory directory;
  private final IndexWriter writer;
  private DirectoryReader reader;
  private IndexSearcher searcher;
  private List<Categories> categories; // by segment

  private NoriPeer(String name, float title, Path folder) throws IOException {
    configuration = configuration(name, title);
    directory = new MMapDirectory(folder);
    writer =
        new IndexWriter(
            directory,
            new IndexWriterConfig(configuration.analyzer()).setRAMBufferSizeMB(128).setMergeScheduler(new SerialMergeScheduler()));
    IndexSearcher.setMaxClauseCount(1 << 16);
  }

  public static void main(String[] arguments) throws IOException {
    NoriPeer peer = new NoriPeer(arguments[0], Float.parseFloat(arguments[1]), Path.of(arguments[2]));
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Writer output = new OutputStreamWriter(System.out, StandardCharsets.UTF_8);
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      JsonNode request = JSON.readTree(line);
      long wall = System.nanoTime();
      long cpu = THREADS.getCurrentThreadCpuTime();
      Map<String, Object> answer = peer.answer(request);
      answer.put("cpu_ns", THREADS.getCurrentThreadCpuTime() - cpu);
      answer.put("wall_ns", System.nanoTime() - wall);
      output.write(JSON.writeValueAsString(answer));
      output.write('\n');
      output.flush();
    }
  }

  private Map<String, Object> answer(JsonNode request) throws IOException {
    if (request.has("add")) {
      return add(request.get("add"));
    }
    if (request.has("commit")) {
      return commit();
    }
    if (request.has("ids")) {
      return ids(request.get("ids").asText(), request.get("depth").asInt());
    }
    return search(request);
  }

  private Map<String, Object> add(JsonNode documents) throws IOException {
    FieldType text = new FieldType(TextField.TYPE_STORED);
    text.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS); // highlighting needs no second analysis
    for (JsonNode given : documents) {
      String title = given.get("title").asText();
      String body = given.get("body").asText();
      Document document = new Document();
      document.add(new StoredField("id", given.get("id").asText()));
      document.add(new Field("title", title, text));
      document.add(new Field("body", body, text));
      if (configuration.grams()) {
        FieldType grams = new FieldType(TextField.TYPE_NOT_STORED);
        grams.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        document.add(new Field("title_grams", title, grams));
        document.add(new Field("body_grams", body, grams));
      }
      document.add(new SortedDocValuesField("category", new BytesRef(path(given.get("category")))));
      if (given.hasNonNull("updated_at")) {
        document.add(new NumericDocValuesField("updated_at", given.get("updated_at").asLong()));
      }
      writer.addDocument(document);
    }
    return new LinkedHashMap<>();
  }

  private Map<String, Object> commit() throws IOException {
    writer.forceMerge(1);
    writer.commit();
    if (reader != null) {
      reader.close();
    }
    reader = DirectoryReader.open(directory);
    searcher = new IndexSearcher(reader);
    categories = new ArrayList<>();
    for (LeafReaderContext segment : reader.leaves()) {
      categories.add(new Categories(DocValues.getSorted(segment.reader(), "category")));
    }
    long bytes = 0;
    for (String file : directory.listAll()) {
      bytes += directory.fileLength(file);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("documents", reader.numDocs());
    answer.put("bytes", bytes);
    return answer;
  }

  /** Any term in any field; the scores are summed. */
  private Query query(String text) {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    for (List<Weight> fields : configuration.fields()) {
      Query part = new FieldsQueryBuilder(configuration.analyzer(), fields).createBooleanQuery(fields.get(0).field(), text);
      if (part != null) {
        any.add(part, Occur.SHOULD);
      }
    }
    return any.build();
  }

  /**
   * Analyses a query once for several fields: a term of the first is asked in all. A compound and its first part stand at
   * one position and count as synonyms, the other parts for themselves; that ranks better than phrases of the parts.
   */
  private static final class FieldsQueryBuilder extends QueryBuilder {
    private final List<Weight> fields;

    FieldsQueryBuilder(Analyzer analyzer, List<Weight> fields) {
      super(analyzer);
      this.fields = fields;
      setEnableGraphQueries(false);
    }

    @Override
    protected Query newTermQuery(Term term, float boost) {
      return inEach(field -> new TermQuery(new Term(field, term.bytes())));
    }

    @Override
    protected Query newSynonymQuery(String first, TermAndBoost[] terms) {
      return inEach(
          field -> {
            SynonymQuery.Builder synonyms = new SynonymQuery.Builder(field);
            for (TermAndBoost one : terms) {
              synonyms.addTerm(new Term(field, one.term));
            }
            return synonyms.build();
          });
    }

    private Query inEach(Function<String, Query> query) {
      BooleanQuery.Builder any = new BooleanQuery.Builder();
      for (Weight weight : fields) {
        any.add(new BoostQuery(query.apply(weight.field()), weight.boost()), Occur.SHOULD);
      }
      return any.build();
    }
  }

  private Map<String, Object> ids(String text, int depth) throws IOException {
    StoredFields stored = searcher.storedFields();
    List<String> ids = new ArrayList<>();
    for (ScoreDoc hit : searcher.search(query(text), depth).scoreDocs) {
      ids.add(stored.document(hit.doc, Set.of("id")).get("id"));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ids", ids);
    return answer;
  }

  private Map<String, Object> search(JsonNode request) throws IOException {
    Query query = query(request.get("search").asText());
    int perPage = request.get("per_page").asInt();
    int skipped = (request.get("page").asInt() - 1) * perPage;
    TopDocsCollector<?> best =
        request.get("sort").asText().equals("relevance")
            ? new TopScoreDocCollectorManager(skipped + perPage, Integer.MAX_VALUE).newCollector()
            : new TopFieldCollectorManager(newest(), skipped + perPage, Integer.MAX_VALUE).newCollector();
    Counts counts = new Counts(best, request.hasNonNull("category") ? path(request.get("category")) : "");
    searcher.search(query, (CollectorManager<Counts, Counts>) counts);
    ScoreDoc[] hits = best.topDocs(skipped, perPage).scoreDocs;

    Map<Integer, Document> page = documents(hits);
    Snippets snippeter = new Snippets(searcher, configuration.analyzer(), page, request.get("snippet").asInt());
    Map<Integer, Snippet> snippets = snippeter.of(query);
    List<String> ids = new ArrayList<>();
    List<String> titles = new ArrayList<>();
    List<Snippet> pieces = new ArrayList<>();
    for (ScoreDoc hit : hits) {
      ids.add(page.get(hit.doc).get("id"));
      titles.add(page.get(hit.doc).get("title"));
      pieces.add(snippets.get(hit.doc));
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("ids", ids);
    answer.put("total", counts.total);
    answer.put("facets", counts.facets());
    answer.put("titles", titles);
    answer.put("snippets", pieces);
    return answer;
  }

  private static Sort newest() {
    SortField updated = new SortField("updated_at", SortField.Type.LONG, true);
    updated.setMissingValue(Long.MIN_VALUE);
    return new Sort(updated);
  }

  /** The stored documents of a page, read once and in the order they lie on disk. */
  private Map<Integer, Document> documents(ScoreDoc[] hits) throws IOException {
    StoredFields stored = searcher.storedFields();
    Map<Integer, Document> documents = new LinkedHashMap<>();
    for (int number : Arrays.stream(hits).mapToInt(hit -> hit.doc).sorted().toArray()) {
      documents.put(number, stored.document(number));
    }
    return documents;
  }

  private static String path(JsonNode labels) {
    List<String> parts = new ArrayList<>();
    labels.forEach(label -> parts.add(label.asText()));
    return String.join(SEPARATOR, parts);
  }

  /** The category paths of a segment: for each, the nodes of the tree that it counts in. */
  private static final class Categories {
    final List<List<String>> nodes = new ArrayList<>();
    final int[][] above; // by ordinal of a path: itself and its ancestors
    final String[] paths;

    Categories(SortedDocValues values) throws IOException {
      Map<List<String>, Integer> known = new LinkedHashMap<>();
      above = new int[values.getValueCount()][];
      paths = new String[above.length];
      for (int ordinal = 0; ordinal < above.length; ordinal++) {
        paths[ordinal] = values.lookupOrd(ordinal).utf8ToString();
        List<String> labels = paths[ordinal].isEmpty() ? List.of() : List.of(paths[ordinal].split(SEPARATOR));
        above[ordinal] = new int[labels.size()];
        for (int depth = 1; depth <= labels.size(); depth++) {
          List<String> node = labels.subList(0, depth);
          above[ordinal][depth - 1] = known.computeIfAbsent(node, fresh -> known.size());
        }
      }
      nodes.addAll(known.keySet());
    }

    boolean[] under(String chosen) {
      boolean[] under = new boolean[paths.length];
      for (int ordinal = 0; ordinal < paths.length; ordinal++) {
        under[ordinal] =
            chosen.isEmpty() || paths[ordinal].equals(chosen) || paths[ordinal].startsWith(chosen + SEPARATOR);
      }
      return under;
    }
  }

  /** Exact counts of all hits by category; those in the chosen category are also counted in total and may be on the page. */
  private final class Counts implements Collector, CollectorManager<Counts, Counts> {
    final TopDocsCollector<?> best;
    final String chosen;
    final int[][] byPath = new int[categories.size()][];
    int total;

    Counts(TopDocsCollector<?> best, String chosen) {
      this.best = best;
      this.chosen = chosen;
    }

    @Override
    public Counts newCollector() {
      return this; // one thread, one collector
    }

    @Override
    public Counts reduce(Collection<Counts> all) {
      return this;
    }

    @Override
    public ScoreMode scoreMode() {
      return best.scoreMode().needsScores() ? ScoreMode.COMPLETE : ScoreMode.COMPLETE_NO_SCORES;
    }

    @Override
    public LeafCollector getLeafCollector(LeafReaderContext segment) throws IOException {
      SortedDocValues values = DocValues.getSorted(segment.reader(), "category");
      boolean[] wanted = categories.get(segment.ord).under(chosen);
      int[] count = byPath[segment.ord] = new int[wanted.length];
      return new FilterLeafCollector(best.getLeafCollector(segment)) {
        @Override
        public void collect(int number) throws IOException {
          values.advanceExact(number); // every document has a path, if an empty one
          int ordinal = values.ordValue();
          count[ordinal]++;
          if (wanted[ordinal]) {
            total++;
            in.collect(number);
          }
        }
      };
    }

    /** [path, documents at or under it] of every node that has any. */
    List<Object> facets() {
      List<Object> facets = new ArrayList<>();
      for (int segment = 0; segment < byPath.length; segment++) {
        Categories tree = categories.get(segment);
        int[] counts = new int[tree.nodes.size()];
        for (int ordinal = 0; byPath[segment] != null && ordinal < byPath[segment].length; ordinal++) {
          for (int node : tree.above[ordinal]) {
            counts[node] += byPath[segment][ordinal];
          }
        }
        for (int node = 0; node < counts.length; node++) {
          if (counts[node] > 0) {
            facets.add(List.of(tree.nodes.get(node), counts[node]));
          }
        }
      }
      return facets;
    }
  }

  /** A piece of the stored body; start and spans count code points of that body. */
  private record Snippet(String text, int start, List<int[]> spans) {}

  /** The best passage of each body of a page, from the offsets in the index. */
  private static final class Snippets extends UnifiedHighlighter {
    private final Map<Integer, Document> page;

    Snippets(IndexSearcher searcher, Analyzer analyzer, Map<Integer, Document> page, int length) {
      super(
          new Builder(searcher, analyzer)
              .withHandleMultiTermQuery(false)
              .withHighlightPhrasesStrictly(false)
              .withWeightMatches(false)
              .withBreakIterator(
                  () -> LengthGoalBreakIterator.createClosestToLength(BreakIterator.getSentenceInstance(Locale.ROOT), length, 0.5f))
              .withFormatter(new Cut(length)));
      this.page = page;
    }

    Map<Integer, Snippet> of(Query query) throws IOException {
      int[] numbers = page.keySet().stream().mapToInt(Integer::intValue).toArray();
      Map<Integer, Snippet> snippets = new LinkedHashMap<>();
      Object[] made = highlightFieldsAsObjects(new String[] {"body"}, query, numbers, new int[] {1}).get("body");
      for (int place = 0; place < numbers.length; place++) {
        snippets.put(numbers[place], made[place] == null ? new Snippet("", 0, List.of()) : (Snippet) made[place]);
      }
      return snippets;
    }

    @Override
    protected List<CharSequence[]> loadFieldValues(String[] fields, DocIdSetIterator numbers, int threshold) throws IOException {
      List<CharSequence[]> bodies = new ArrayList<>();
      while (numbers.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        bodies.add(new CharSequence[] {page.get(numbers.docID()).get("body")});
      }
      return bodies;
    }
  }

  /** Cuts a passage to {@code length} UTF-16 units, a little before its first match. */
  private static final class Cut extends PassageFormatter {
    private final int length;

    Cut(int length) {
      this.length = length;
    }

    @Override
    public Snippet format(Passage[] passages, String body) {
      Passage passage = passages[0];
      int from = passage.getStartOffset();
      int to = passage.getEndOffset();
      int matches = passage.getNumMatches();
      if (to - from > length) {
        int first = matches > 0 ? passage.getMatchStarts()[0] : from;
        from = Math.max(from, Math.min(first - length / 4, to - length));
        to = from + length;
      }
      from -= from > 0 && Character.isLowSurrogate(body.charAt(from)) ? 1 : 0;
      to -= to < body.length() && Character.isLowSurrogate(body.charAt(to)) ? 1 : 0;
      int start = body.codePointCount(0, from);
      List<int[]> spans = new ArrayList<>();
      int reached = from;
      for (int match = 0; match < matches; match++) {
        int left = Math.max(reached, passage.getMatchStarts()[match]);
        int right = Math.min(to, passage.getMatchEnds()[match]);
        if (left < right) {
          spans.add(new int[] {start + body.codePointCount(from, left), start + body.codePointCount(from, right)});
          reached = right;
        }
      }
      return new Snippet(body.substring(from, to), start, spans);
    }
  }
}
