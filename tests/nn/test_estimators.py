"""The scikit-learn estimators: scikit-learn's own checks, and what those do not look at."""

import copy
import functools
import pickle
import subprocess
import sys

import numpy as np
import pytest

import nn
from nn import MLPClassifier, MLPRegressor, from_sklearn
from nn.optimizers import SGD

sklearn = pytest.importorskip("sklearn")

from sklearn.datasets import load_iris, make_moons, make_multilabel_classification  # noqa: E402
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

MOONS = make_moons(60, noise=0.1, random_state=0)
CURVE = np.linspace(-1.0, 1.0, 40)[:, None], np.linspace(-1.0, 1.0, 40) ** 2
CLASSIFIER = functools.partial(
    MLPClassifier, hidden_layer_sizes=(6,), activation="tanh", learning_rate_init=0.1, max_iter=40, random_state=0
)
REGRESSOR = functools.partial(
    MLPRegressor, hidden_layer_sizes=(6,), activation="tanh", learning_rate_init=0.1, max_iter=40, random_state=0
)
BOTH = pytest.mark.parametrize(
    ("make", "data"), [(CLASSIFIER, MOONS), (REGRESSOR, CURVE)], ids=["classifier", "regressor"]
)


def weights(estimator):
    return estimator.model_.weight_matrices()


# scikit-learn's checks --------------------------------------------------------------------------------------------


def checks(estimator):
    """The names of the checks by status: passed, skipped, failed."""
    by_status = {"passed": [], "skipped": [], "failed": [], "xfail": []}
    for result in check_estimator(estimator, on_skip=None, on_fail=None):
        by_status[result["status"]].append(f"{result['check_name']}: {result['exception']!r:.300}")
    return by_status


@pytest.mark.filterwarnings("ignore")  # checks provoke warnings of all kinds
@pytest.mark.parametrize("estimator", [MLPClassifier(), MLPRegressor()], ids=["classifier", "regressor"])
def test_all_checks_of_scikit_learn_pass(estimator):
    found = checks(estimator)
    assert found["failed"] == found["xfail"] == []
    assert len(found["passed"]) >= 57
    for skipped in found["skipped"]:  # what is not installed, and a method that there need not be
        assert any(
            reason in skipped for reason in ("pandas is not installed", "SCIPY_ARRAY_API", "decision_function")
        ), skipped


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [MLPClassifier, MLPRegressor])
def test_all_checks_of_scikit_learn_pass_eagerly(make):
    found = checks(make((10,), learning_rate_init=0.02, max_iter=60, engine="eager"))
    assert found["failed"] == found["xfail"] == []


# What is learned --------------------------------------------------------------------------------------------------


@BOTH
def test_engines_agree(make, data):
    eager, compiled = make(engine="eager").fit(*data), make(engine="compiled").fit(*data)
    np.testing.assert_allclose(compiled.predict(data[0]).astype(float), eager.predict(data[0]).astype(float), atol=1e-6)
    np.testing.assert_allclose(compiled.loss_curve_, eager.loss_curve_, rtol=1e-6)


@pytest.mark.parametrize("name", ["iris", "two classes", "texts", "several labels"])
def test_kinds_of_classification(name):
    X, y = load_iris(return_X_y=True)
    match name:
        case "two classes":
            X, y = X[y < 2], y[y < 2] * 5 - 3
        case "texts":
            y = np.array(["setosa", "versicolor", "virginica"])[y]
        case "several labels":
            X, y = make_multilabel_classification(80, n_features=5, n_classes=3, random_state=0)
            X = StandardScaler().fit_transform(X)
    classifier = MLPClassifier((8,), learning_rate_init=0.05, max_iter=100, random_state=0).fit(X, y)
    assert classifier.score(X, y) > (0.6 if name == "several labels" else 0.95)
    probabilities = classifier.predict_proba(X)
    np.testing.assert_allclose(np.log(probabilities), classifier.predict_log_proba(X), atol=1e-12)
    assert probabilities.shape == (len(X), len(classifier.classes_))
    if name == "several labels":
        np.testing.assert_array_equal(probabilities > 0.5, classifier.predict(X))
    else:
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12)
        np.testing.assert_array_equal(classifier.classes_[probabilities.argmax(axis=1)], classifier.predict(X))
        assert classifier.classes_.tolist() == sorted(set(y.tolist()))


def test_probabilities_do_not_underflow():
    classifier = CLASSIFIER(hidden_layer_sizes=(), max_iter=5).fit(*MOONS)
    classifier.model_.set_weight_matrices([[[0.0, 2000.0, 0.0]]])
    log_probabilities = classifier.predict_log_proba([[-1.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(log_probabilities, [[0.0, -2000.0], [-2000.0, 0.0]])


def test_several_targets():
    X, y = CURVE
    both = np.column_stack([y, 1.0 - y])
    regressor = REGRESSOR(max_iter=200).fit(X, both)
    assert regressor.predict(X).shape == (40, 2)
    assert regressor.score(X, both) > 0.9
    with pytest.warns(DataConversionWarning, match="column-vector"):
        assert REGRESSOR(max_iter=1).fit(X, y[:, None]).predict(X).shape == (40,)


@BOTH
def test_weights_of_examples_count_them(make, data):
    """Whole numbers are repetitions and 0 is absence, in one batch up to rounding."""
    X, y = data
    counts = np.arange(len(X)) % 4
    weighted = make(max_iter=15).fit(X, y, sample_weight=counts)
    repeated = make(max_iter=15).fit(X.repeat(counts, axis=0), y.repeat(counts))
    for ours, theirs in zip(weights(weighted), weights(repeated), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)


def test_weights_of_classes():
    X, y = MOONS
    heavy = CLASSIFIER(class_weight={0: 100.0, 1: 0.01}).fit(X, y)
    assert (heavy.predict(X) == 0).mean() > 0.9
    few = np.r_[np.flatnonzero(y == 0), np.flatnonzero(y == 1)[:5]]
    balanced = CLASSIFIER(class_weight="balanced").fit(X[few], y[few])
    by_hand = CLASSIFIER().fit(X[few], y[few], sample_weight=np.where(y[few] == 0, 35 / 60, 35 / 10))
    assert weights(balanced) == weights(by_hand)


@BOTH
def test_early_stopping_keeps_the_best(make, data):
    estimator = make(
        early_stopping=True, validation_fraction=0.25, n_iter_no_change=3, max_iter=500, learning_rate_init=0.3
    )
    estimator.fit(*data)
    curve = estimator.validation_loss_curve_
    assert len(curve) == len(estimator.loss_curve_) == estimator.n_iter_ < 500
    assert np.argmin(curve) >= len(curve) - 1 - 3
    weighted = make(early_stopping=True, max_iter=3).fit(*data, sample_weight=np.ones(len(data[0])))
    assert len(weighted.validation_loss_curve_) == 3


@BOTH
def test_a_random_state_repeats_everything(make, data):
    assert weights(make().fit(*data)) == weights(make().fit(*data)) != weights(make(random_state=1).fit(*data))
    generator = np.random.RandomState(0)
    assert weights(make(random_state=generator).fit(*data)) == weights(make().fit(*data))


def test_the_end_of_training_is_told():
    with pytest.warns(ConvergenceWarning, match="MLPRegressor: the loss was still falling after max_iter=2 epochs"):
        REGRESSOR(max_iter=2).fit(*CURVE)
    done = REGRESSOR(max_iter=2000, tol=1e-3, n_iter_no_change=3).fit(*CURVE)
    assert done.n_iter_ == len(done.loss_curve_) < 2000
    assert done.loss_ == done.loss_curve_[-1]
    assert done.best_loss_ == min(done.loss_curve_)


@BOTH
def test_the_loss_curve_is_the_objective(make, data):
    """In one batch, the entry of an epoch is the objective before its step."""
    X, y = data
    estimator = make(max_iter=1, alpha=0.5).fit(X, y)
    again = make(max_iter=2, alpha=0.5).fit(X, y)
    loss = "bce_with_logits" if make is CLASSIFIER else "mse"
    expected = nn.objective(estimator.model_, X.tolist(), y.tolist(), loss, nn.L2(0.5)).data
    assert again.loss_curve_[1] == pytest.approx(expected, rel=1e-12)


def test_solvers_and_schedules():
    X, y = CURVE
    momentum = functools.partial(SGD, momentum=0.9, nesterov=True)
    for solver in ("sgd", "adagrad", "rmsprop", "adamw", momentum):
        for schedule in (None, "cosine", nn.schedules.ReduceOnPlateau(patience=2)):
            estimator = REGRESSOR(solver=solver, schedule=schedule, max_iter=5).fit(X, y)
            assert estimator.loss_curve_[-1] < estimator.loss_curve_[0]


# Going on ---------------------------------------------------------------------------------------------------------


@BOTH
def test_partial_fit_is_an_epoch_of_fit(make, data):
    X, y = data
    options = {"classes": np.unique(y)} if make is CLASSIFIER else {}
    estimator = make(shuffle=False, batch_size=10)
    for _ in range(5):
        estimator.partial_fit(X, y, **options)
    whole = make(shuffle=False, batch_size=10, max_iter=5).fit(X, y)
    for ours, theirs in zip(weights(estimator), weights(whole), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(estimator.loss_curve_, whole.loss_curve_, rtol=1e-9)
    assert estimator.n_iter_ == 5
    again = estimator.fit(X, y)
    assert again.loss_curve_ == make(shuffle=False, batch_size=10).fit(X, y).loss_curve_  # it has begun anew


def test_partial_fit_sees_one_class_at_a_time():
    X, y = MOONS
    classifier = CLASSIFIER(learning_rate_init=0.02)
    for _ in range(60):
        for label in (0, 1):
            classifier.partial_fit(X[y == label], y[y == label], classes=[0, 1])
    assert classifier.score(X, y) > 0.8
    with pytest.raises(ValueError, match=r"y has the classes \[7\], which are not among \[0 1\]"):
        classifier.partial_fit(X[:1], [7])
    with pytest.raises(ValueError, match=r"knows the classes \[0 1\], got \[0 1 2\]"):
        classifier.partial_fit(X, y, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"the first call of partial_fit needs all classes: classes=\[…\]"):
        CLASSIFIER().partial_fit(X, y)


@BOTH
def test_warm_start_goes_on(make, data):
    X, y = data
    estimator = make(warm_start=True, max_iter=3).fit(X, y)
    before = estimator.loss_
    estimator.fit(X, y)
    assert estimator.n_iter_ == len(estimator.loss_curve_) == 6
    assert estimator.loss_ < before
    estimator.set_params(hidden_layer_sizes=(7,))
    with pytest.raises(
        ValueError, match=r"a network of the sizes \[., 6, 1\], and .* make \[., 7, 1\]: set warm_start=False"
    ):
        estimator.fit(X, y)
    cold = make().fit(X, y)
    assert cold.n_iter_ == cold.fit(X, y).n_iter_


def test_warm_start_knows_its_classes():
    X, y = MOONS
    classifier = CLASSIFIER(warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match=r"warm_start knows the classes \[0 1\], y has \[0 5\]"):
        classifier.fit(X, y * 5)


@BOTH
def test_pickle_joblib_and_copies(make, data, tmp_path):
    import joblib

    X, y = data
    estimator = make().fit(X, y)
    joblib.dump(estimator, tmp_path / "estimator.joblib")
    for again in (
        pickle.loads(pickle.dumps(estimator)),
        joblib.load(tmp_path / "estimator.joblib"),
        copy.deepcopy(estimator),
    ):
        np.testing.assert_array_equal(again.predict(X), estimator.predict(X))
        again.partial_fit(X, y)
        assert weights(again) != weights(estimator)
    estimator.partial_fit(X, y)
    assert weights(estimator) == weights(again)  # the optimizer and the generator went along


# At home ----------------------------------------------------------------------------------------------------------


def test_pipeline_grid_search_and_cross_validation():
    X, y = MOONS
    pipeline = make_pipeline(StandardScaler(), CLASSIFIER(max_iter=150))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
    grid = {"mlpclassifier__hidden_layer_sizes": [(), (6,)], "mlpclassifier__alpha": [1e-4, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, y)
    assert search.best_params_["mlpclassifier__hidden_layer_sizes"] == (6,)
    assert search.best_score_ > 0.9


def test_decision_boundary_display():
    pytest.importorskip("matplotlib")
    from matplotlib import pyplot as plt
    from sklearn.inspection import DecisionBoundaryDisplay

    display = DecisionBoundaryDisplay.from_estimator(CLASSIFIER().fit(*MOONS), MOONS[0])
    assert 0.0 <= display.response.min() < 0.2
    assert 0.8 < display.response.max() <= 1.0
    plt.close(display.figure_)


def test_data_frames_and_their_names():
    pd = pytest.importorskip("pandas")
    X, y = MOONS
    frame = pd.DataFrame(X, columns=["width", "height"])
    pipeline = make_pipeline(StandardScaler(), CLASSIFIER()).set_output(transform="pandas").fit(frame, pd.Series(y))
    assert pipeline[-1].feature_names_in_.tolist() == ["width", "height"]
    np.testing.assert_array_equal(
        pipeline.predict(frame), make_pipeline(StandardScaler(), CLASSIFIER()).fit(X, y).predict(X)
    )
    with pytest.raises(ValueError, match="feature names should match"):
        pipeline.predict(frame[["height", "width"]])


def test_metadata_is_routed():
    X, y = MOONS
    with sklearn.config_context(enable_metadata_routing=True):
        estimator = CLASSIFIER().set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), estimator)
        pipeline.fit(X, y, sample_weight=np.where(y == 0, 100.0, 0.01))
    assert (pipeline.predict(X) == 0).mean() > 0.9


@BOTH
def test_leaving_for_a_model(make, data):
    X, y = data
    estimator = make().fit(X, y)
    model = from_sklearn(estimator)
    expected = estimator.predict_proba(X)[:, 1] if make is CLASSIFIER else estimator.predict(X)
    np.testing.assert_allclose([model(row).data for row in X.tolist()], expected, rtol=1e-12, atol=1e-13)
    assert [coef.shape for coef in estimator.coefs_] == [(X.shape[1], 6), (6, 1)]
    assert [intercept.shape for intercept in estimator.intercepts_] == [(6,), (1,)]
    assert estimator.n_layers_ == 3


# Mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": "tahn"}, "unknown activation 'tahn': did you mean 'tanh'"),
        ({"solver": "lbfgs"}, "unknown optimizer 'lbfgs'"),
        ({"schedule": "cosin"}, "unknown schedule 'cosin'"),
        ({"engine": "jit"}, "unknown engine 'jit'"),
        ({"alpha": -1.0}, "L2: strength must be a finite number from 0 to inf, got -1.0"),
        ({"hidden_layer_sizes": (0,)}, "MLP: sizes must be at least 1, got 0"),
        ({"max_iter": 0}, "max_iter must be a whole number of at least 1, got 0"),
        ({"batch_size": 0}, "batch_size must be a whole number of at least 1, got 0"),
        ({"learning_rate_init": -1.0}, "the learning rate lr must be a finite number >= 0, got -1.0"),
        ({"n_iter_no_change": 0}, "patience must be a whole number of at least 1, got 0"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_options_are_named_by_fit(options, message):
    with pytest.raises(ValueError, match=message):
        CLASSIFIER(**options).fit(*MOONS)


def test_wrong_data_are_named():
    X, y = MOONS
    with pytest.raises(ValueError, match="there is one class only, 0: there must be at least two"):
        CLASSIFIER().fit(X, y * 0)
    with pytest.raises(ValueError, match="there is one class only, 1"):
        CLASSIFIER().fit(X, y, sample_weight=y)
    with pytest.raises(ValueError, match=r"sample_weight has the shape \(3,\), but there are 60 rows"):
        CLASSIFIER().fit(X, y, sample_weight=[1, 2, 3])
    with pytest.raises(ValueError, match=r"sample_weight: a weight is at least 0, row 59 is -1\.0"):
        CLASSIFIER().fit(X, y, sample_weight=[1.0] * 59 + [-1.0])
    with pytest.raises(ValueError, match="one class per row, or be a table of 0 and 1; it is multiclass-multioutput"):
        CLASSIFIER().fit(X, np.column_stack([y, y + 1]) + 1)
    with pytest.raises(NotFittedError):
        CLASSIFIER().predict(X)


def test_divergence_is_told():
    with pytest.warns(RuntimeWarning, match="not finite in epoch"):
        REGRESSOR(hidden_layer_sizes=(), solver="sgd", learning_rate_init=1e200).fit(*CURVE)


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    def interrupt(self, training):
        if training.epoch == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(nn.EarlyStopping, "on_epoch_end", interrupt)
    with pytest.warns(UserWarning, match="MLPRegressor: interrupted in epoch 5; the model keeps what it has learned"):
        regressor = REGRESSOR().fit(*CURVE)
    assert regressor.n_iter_ == 5


def test_verbose(capsys):
    REGRESSOR(max_iter=2, verbose=2).fit(*CURVE)
    assert "loss" in "".join(capsys.readouterr())


def test_import_is_lazy():
    program = "import sys, nn; assert 'sklearn' not in sys.modules; nn.MLPClassifier; assert 'sklearn' in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="module 'nn' has no attribute 'MLPClasifier'"):
        _ = nn.MLPClasifier


# Beside scikit-learn's own ----------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize("data", ["iris", "wine", "breast_cancer", "digits", "diabetes"])
def test_scores_are_those_of_scikit_learns_own(data):
    from benchmarks.estimators import compare

    (ours, _), (theirs, _) = compare(data, turns=1).values()
    assert ours > theirs - 0.03
